#!/bin/sh
# Prints the commit of the sources this script lies in, "+changes" behind it if files other than results differ from it;
# "unknown" outside git. Writes nothing: no lock is taken while others work in the clone.
cd "$(dirname -- "$0")/.." || exit
commit=$(git rev-parse --short HEAD 2>/dev/null) || commit=unknown
[ -z "$(git --no-optional-locks status --porcelain --untracked-files=no -- . ':(exclude)bench/results' 2>/dev/null)" ] || commit=$commit+changes
printf %s "$commit"
