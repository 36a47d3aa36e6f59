def queue_message(**kw):
    raise NotImplementedError
