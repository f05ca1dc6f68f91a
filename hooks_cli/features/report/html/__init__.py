"""The report as one HTML file: `page.render` is the way in. Everything is built as elements, so that no stored text is ever markup."""
