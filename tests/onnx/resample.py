"""ONNX's operator Resize along one axis: which inputs an output is made of."""
import math


def merged(rows):
    """The outputs of an axis in order: ranges of elements as they are, or lists of (element, weight)."""
    pieces = []
    for taps in rows:
        if len(taps) > 1:
            pieces.append(taps)
            continue
        at, last = taps[0][0], pieces[-1] if pieces else None
        if isinstance(last, range) and len(last) == 1 and at > last.start:
            pieces[-1] = range(last.start, at + 1, at - last.start)
        elif isinstance(last, range) and len(last) > 1 and at == last[-1] + last.step:
            pieces[-1] = range(last.start, at + 1, last.step)
        else:
            pieces.append(range(at, at + 1))
    return pieces


def resampled(a, inputs, outputs, scale, roi):
    """For each output along an axis, the inputs it is made of and their weights; None where it is beyond the edge.
    Source: ONNX operator Resize."""
    mode, where = a.get('mode', 'nearest'), a.get('coordinate_transformation_mode', 'half_pixel')
    rounding = {'round_prefer_floor': lambda x: math.ceil(x - 0.5), 'round_prefer_ceil': lambda x: math.floor(x + 0.5),
                'floor': math.floor, 'ceil': math.ceil}[a.get('nearest_mode', 'round_prefer_floor')]
    place = {'half_pixel': lambda o: (o + 0.5) / scale - 0.5,
             'tf_half_pixel_for_nn': lambda o: (o + 0.5) / scale,
             'asymmetric': lambda o: o / scale,
             'align_corners': lambda o: o * (inputs - 1) / (outputs - 1),
             'tf_crop_and_resize': lambda o: (roi[0] + o * (roi[1] - roi[0]) / (outputs - 1)) * (inputs - 1)}[where]
    within = lambda i: min(max(i, 0), inputs - 1)
    rows = []
    for o in range(outputs):
        x = round(place(o), 12)  # 1.9999999999999998 is meant to be 2
        if where == 'tf_crop_and_resize' and not 0 <= x <= inputs - 1:
            rows.append(None)
            continue
        if mode == 'nearest':
            rows.append([(within(rounding(x)), 1)])
            continue
        assert mode == 'linear', f'{mode} is no mode of upsample'
        low = math.floor(x)
        part = x - low
        taps = [(within(low), 1 - part), (within(low + 1), part)]
        rows.append([(taps[0][0], 1)] if part == 0 or taps[0][0] == taps[1][0] else taps)
    return rows
