"""Speed and accuracy side by side: this project, what people use today, and the limit, in one run.

Nothing is imported here: the processes that are measured import this package too.
"""
