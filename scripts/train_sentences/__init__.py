"""``python -m scripts.train_sentences``: train what weighs a phrase against the sentence it stands in.

Reads the sentences of ``lexicons/zh/sentences/*.jsonl`` (text, role, codes; no codes: innocent), the examples
of the lexicons and their ``ordinary.jsonl``, writes ``pipeline/phrases/sentences.npz`` and prints, over
sentences that the models of their fold have not seen, per code how many the lexicons find and how many
innocent ones they accuse: alone, weighed by the sentence, and with what a sentence alone is found by.
``unseen_wordings.jsonl`` is for testing only and is never trained on.

Sentences that stand near each other in a file (a violation and its near misses, mostly) fall into one fold.
"""
