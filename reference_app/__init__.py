"""DocuBot: upload documents, ask questions about them, translate."""
