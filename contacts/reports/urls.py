from django.urls import path

from . import views

app_name = "reports"

urlpatterns = [
    path("reports", views.report, name="report"),
    path("reports/figures.csv", views.figures_file, name="figures_file"),
    path("reports/rows", views.report_rows, name="rows"),
    path("reports/rows.csv", views.rows_file, name="rows_file"),
]
