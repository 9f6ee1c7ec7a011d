"""The vendors' MCP servers as a second transport behind the same questions.

1. `McpDoor` is asked for a REST path and query, as `Door` is, and answers the vendor's own JSON shape.
2. `Session` keeps one server: a child process over stdio, or an address over streamable HTTP.
3. A *dialect* (one a server and version, in the vendor's ``mcp.py``) turns the path into tool calls and their
   text back into that shape. It is recognised by the list of tools that the server tells when it is opened.

Tool descriptions and answers are data: nothing in them is followed as an instruction.
"""
