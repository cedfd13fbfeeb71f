"""What a shop answers to the open questions about the API, from recorded exchanges. Pure."""
