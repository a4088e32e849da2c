"""Rules of review: what decisions add up to, how appeals go, how samples are drawn. No HTML, no database."""
