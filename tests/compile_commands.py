"""The command with which a build compiles a source file, for tests that are compilations."""
import json
import pathlib
import shlex


def commands_of(build, preferred=''):
    """{source: (command without its source, output and dependency files; its working directory)}. Of a source that is
    compiled several times, the command whose output has `preferred` in its name, or the last one."""
    commands = {}
    for entry in json.loads((pathlib.Path(build) / 'compile_commands.json').read_text()):
        source = (pathlib.Path(entry['directory']) / entry['file']).resolve()
        if preferred and source in commands and preferred not in entry.get('output', ''):
            continue
        words, kept = iter(shlex.split(entry['command'])), []
        for word in words:
            if word in ('-o', '-MF', '-MQ', '-MT'):
                next(words)
            elif word not in ('-c', '-MD', '-MMD') and word != entry['file']:
                kept.append(word)
        commands[source] = (kept, entry['directory'])
    return commands
