"""How far machine and people agree: a sample, a sheet, figures."""
