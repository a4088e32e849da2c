"""``python -m pipeline.cli`` is ``callinspect``."""

from pipeline.cli.main import main

main()
