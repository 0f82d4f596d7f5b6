"""What conf/notes.toml serves, in FastAPI with SQLAlchemy, as one would write it: to be measured beside it.

STORE (a URL of SQLAlchemy), ISSUER and JWKS come by the environment. SQLite as latchkey has it: write-ahead log, on the
disk when it is answered. Of the API it has what is measured: one note, a page, a new note.
"""

import datetime
import os
import uuid

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime, String, Text, create_engine, event, select
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.pool import QueuePool

STORE = os.environ["STORE"]
engine = create_engine(STORE, future=True, poolclass=QueuePool, pool_size=16,
                       connect_args={"check_same_thread": False} if STORE.startswith("sqlite") else {})
Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"
    issuer = Column(String, primary_key=True)
    subject = Column(String, primary_key=True)
    id = Column(String, primary_key=True)
    title = Column(String, nullable=False)
    text = Column(Text, nullable=False)
    created = Column(DateTime, nullable=False)


if STORE.startswith("sqlite"):
    @event.listens_for(engine, "connect")
    def as_latchkey_has_it(connection, _):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")

Base.metadata.create_all(engine)
keys = jwt.PyJWKClient(os.environ["JWKS"])
app = FastAPI()


class Content(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field("", max_length=65536)


class Shown(Content):
    id: str
    created: datetime.datetime

    class Config:
        orm_mode = True


class Scope:
    def __init__(self, name):
        self.name = name

    def __call__(self, given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
        try:
            key = keys.get_signing_key_from_jwt(given.credentials).key
            claims = jwt.decode(given.credentials, key, algorithms=["RS256"], audience="account",
                                issuer=os.environ["ISSUER"])
        except jwt.PyJWTError:
            raise HTTPException(401, "Could not validate credentials")
        if self.name not in claims.get("scope", "").split():
            raise HTTPException(403, "Not enough permissions")
        return claims


reader, creator = Scope("example:note:read"), Scope("example:note:create")


@app.get("/notes", response_model=list[Shown])
def list_notes(limit: int = Query(20, ge=1, le=100), claims=Depends(reader)):
    with Session(engine) as session:
        which = select(Note).where(Note.issuer == claims["iss"], Note.subject == claims["sub"])
        return session.scalars(which.order_by(Note.id).limit(limit)).all()


@app.get("/notes/{note}", response_model=Shown)
def read_note(note: str, claims=Depends(reader)):
    with Session(engine) as session:
        found = session.get(Note, (claims["iss"], claims["sub"], note))
    if found is None:
        raise HTTPException(404, "Note not found")
    return found


@app.post("/notes", response_model=Shown, status_code=201)
def create_note(content: Content, response: Response, claims=Depends(creator)):
    made = Note(issuer=claims["iss"], subject=claims["sub"], id=str(uuid.uuid4()), title=content.title,
                text=content.text, created=datetime.datetime.utcnow())
    with Session(engine, expire_on_commit=False) as session:
        session.add(made)
        session.commit()
    response.headers["Location"] = f"/notes/{made.id}"
    return made
