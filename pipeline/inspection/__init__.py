"""One call from its recording to its inspection: ``spine.inspect`` shows the whole way.

Built once per process are the tools that hear (``tools``) and the rules that judge (``rules``). ``hits``
decides which hits survive, ``judging`` judges a call that was just heard and one that is stored alike.
"""
