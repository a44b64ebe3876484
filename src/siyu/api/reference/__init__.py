"""What can be asked over HTTP, told by the handlers themselves: `/openapi.json` for programs, `/docs` for people."""
