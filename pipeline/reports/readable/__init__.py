"""Reports that people read: pages, files, workbooks and JSON are made of one value."""
