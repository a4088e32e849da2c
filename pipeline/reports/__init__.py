"""What leaves the system for people and programs: one record builder per kind, one writer per format."""

from pipeline.errors import ExportError
from pipeline.reports.exports import STDOUT, Exported, check_asked, export, formats_of
from pipeline.reports.kinds import KINDS
from pipeline.reports.writers import FORMATS

__all__ = ["FORMATS", "KINDS", "STDOUT", "ExportError", "Exported", "check_asked", "export", "formats_of"]
