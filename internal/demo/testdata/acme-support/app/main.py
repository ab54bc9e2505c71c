"""The HTTP service of the support assistant."""

import yaml
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from openai import OpenAI

from app.rerank import load_reranker

app = FastAPI(debug=True)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

with open("config.yaml") as f:
    config = yaml.load(f, Loader=yaml.Loader)

client = OpenAI(timeout=30)
reranker = load_reranker(config["reranker"])


@app.post("/chat")
def chat(question: str):
    with open("prompts/system.md") as f:
        system = f.read()
    answer = client.chat.completions.create(
        model=config["model"],
        max_tokens=600,
        messages=[
            {"role": "system", "content": system},
            {"role": "user", "content": question},
        ],
    )
    return {"answer": answer.choices[0].message.content}
