"""Reports: tables, a summary and a picture of an analysis."""
