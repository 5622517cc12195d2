"""The Python side of harness/contestant.ts: a contestant's process, one JSON object a line."""

import json
import resource
import statistics
import sys
import time

LEAST_SECONDS_OF_SAMPLE = 0.2
MOST_WARM_UPS = 3
MOST_SECONDS_OF_WARM_UP = 5


def tell(**message):
    print(json.dumps(message), flush=True)


def take_sample(perform):
    """Median milliseconds of one repetition; short work is repeated. The work may say what of it counts."""
    repetitions = []
    end = time.perf_counter() + LEAST_SECONDS_OF_SAMPLE
    while not repetitions or time.perf_counter() < end:
        started = time.perf_counter()
        counted = perform()
        repetitions.append(counted if counted is not None else 1000 * (time.perf_counter() - started))
    return statistics.median(repetitions)


def serve(create):
    """`create(parameters)` gives versions, the work, and the text of its check, asked for after the warm-up."""
    try:
        versions, perform, check = create(sys.argv[1:])
        started = time.perf_counter()
        for _ in range(MOST_WARM_UPS):
            if time.perf_counter() - started > MOST_SECONDS_OF_WARM_UP:
                break
            perform()
        tell(type="ready", versions={"python": sys.version.split()[0], **versions}, check=check())
        for line in sys.stdin:
            if line.strip() == "finish":
                break
            tell(type="sample", milliseconds=take_sample(perform))
    except Exception as error:
        tell(type="unavailable", reason=f"{type(error).__name__}: {error}")
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    tell(type="finished", peakMebibytes=round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)))
