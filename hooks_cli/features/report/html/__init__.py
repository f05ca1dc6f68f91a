"""The report as one HTML file; `page.render` makes it. Stored text never becomes markup."""
