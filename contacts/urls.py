from .api import api

app_name = "contacts"

urlpatterns = [*api.urls]
