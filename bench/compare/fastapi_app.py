"""The article's application, as FastAPI 0.92 runs it, for the comparison.

Dependencies are default arguments, since that version ignores Annotated; settings come from the
environment. Not for more than being measured.
"""

import os

import jwt
from fastapi import FastAPI, HTTPException, Security, security, status

AUDIENCES = [os.environ["AUDIENCE"]]
ISSUER = os.environ["ISSUER"]
jwks_client = jwt.PyJWKClient(os.environ["JWKS_URL"])

oauth2_scheme = security.OAuth2AuthorizationCodeBearer(
    authorizationUrl=ISSUER + "/authorize",
    tokenUrl=ISSUER + "/token",
    scopes={"example:note:read": "Read note"},
)


def user_token(required_scopes: security.SecurityScopes, token_str: str = Security(oauth2_scheme)):
    try:
        token = jwt.decode(
            token_str,
            jwks_client.get_signing_key_from_jwt(token_str).key,
            algorithms=["RS256"],
            audience=AUDIENCES,
            # The one thing the article leaves out that all others check.
            issuer=ISSUER,
        )
    except Exception as fault:
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        ) from fault
    for scope in required_scopes.scopes:
        if scope not in token["scope"]:
            raise HTTPException(
                status_code=status.HTTP_401_UNAUTHORIZED,
                detail="Not enough permissions",
                headers={"WWW-Authenticate": f'Bearer scope="{required_scopes.scope_str}"'},
            )
    return token


app = FastAPI(docs_url="/")


@app.get("/my-token")
def token(token: dict = Security(user_token)):
    """View auth token."""
    return token
