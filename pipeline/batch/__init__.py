"""Running over a whole dump: what is to do, the worker processes, resuming, the summary.

``run.run`` is the way in. Nothing is imported here: a worker process loads this package too, and needs no
database to listen.
"""
