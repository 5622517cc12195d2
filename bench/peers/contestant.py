"""The Python side of harness/contestant.ts: a contestant's process, one JSON object a line."""

import json
import os
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


def peak_mebibytes():
    """The most memory that the process held. ru_maxrss begins with the parent's; Linux has a figure of the process alone."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status", encoding="ascii") as file:
            return round(next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))


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
    tell(type="finished", peakMebibytes=peak_mebibytes())
