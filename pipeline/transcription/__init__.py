"""Speech to text: the Transcriber protocol, its engines, packing of windows, guards, text normalisation."""
