# Python's own answer: QueueHandler in each process, one QueueListener that writes. Arguments: file, processes, records.

import logging
import logging.handlers
import multiprocessing
import sys
import time


def pour(queue, records, start):
    log = logging.getLogger("pour")
    log.setLevel(logging.INFO)
    log.addHandler(logging.handlers.QueueHandler(queue))
    start.wait()
    for i in range(records):
        log.info("unit=p0 via=bench n=%d id=%d", i, i)


if __name__ == "__main__":
    path, processes, records = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    queue = multiprocessing.Queue(-1)
    start = multiprocessing.Event()
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    listener = logging.handlers.QueueListener(queue, handler)
    listener.start()
    children = [multiprocessing.Process(target=pour, args=(queue, records, start)) for _ in range(processes)]
    for child in children:
        child.start()
    began = time.monotonic()
    start.set()
    for child in children:
        child.join()
    listener.stop()
    print(time.monotonic() - began)
