"""One call from its recording to its inspection: ``spine.inspect`` shows the whole way.

``tools`` is what is built once per process; ``judging`` judges again what is stored, without sound.
"""
