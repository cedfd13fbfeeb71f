"""OpenAPI documents: those of vendors, read and compared with the kinds, and the sandbox's own."""
