"""A corpus for the programs that people have: subtitles, annotation tiers, spreadsheets; a module each."""
