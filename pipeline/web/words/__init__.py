"""What the pages say: one module per screen with `WORDS`, key -> (Chinese, English)."""
