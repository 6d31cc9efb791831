"""Pages of who waits, and of the thread of one person."""

from django.urls import path

from .views import answering, assigning, canned_choice, chosen_people, desk, former, leaving, thread

app_name = "waiting"

urlpatterns = [
    path("inbox", desk.waiting_list, name="list"),
    path("inbox/later", desk.later_list, name="later"),
    path("inbox/done", desk.done_list, name="done"),
    path("inbox/all", desk.all_list, name="all"),
    path("inbox/drafts", desk.draft_list, name="drafts"),
    path("inbox/arrivals", desk.arrivals, name="arrivals"),
    path("inbox/digest", desk.digest_fold, name="digest_fold"),
    path("inbox/shown", assigning.show_people, name="shown"),
    path("inbox/icon-<int:count>.svg", desk.icon, name="icon"),
    path("inbox/chosen", chosen_people.leave, name="chosen"),
    path("inbox/chosen/undo/<int:stamp>", chosen_people.undo, name="chosen_undo"),
    path("inbox/chosen/undo-later/<int:stamp>", chosen_people.undo_later, name="chosen_undo_later"),
    path("inbox/messages", former.conversation_list),
    path("inbox/messages/<uuid:id>", former.conversation_detail),
    path("inbox/<uuid:id>", thread.person, name="person"),
    path("inbox/<uuid:id>/read", thread.mark_read, name="mark_read"),
    path("inbox/<uuid:id>/take", assigning.take, name="take"),
    path("inbox/<uuid:id>/give", assigning.give, name="give"),
    path("inbox/<uuid:id>/another-way", leaving.another_way, name="another_way"),
    path("inbox/<uuid:id>/no-answer", leaving.no_answer, name="no_answer"),
    path("inbox/<uuid:id>/later", leaving.later, name="put_off"),
    path("inbox/<uuid:id>/later/again", leaving.later_again, name="put_off_again"),
    path("inbox/undo/<int:stamp>/<str:ids>", leaving.undo, name="undo_ending"),
    path("inbox/undo-later/<str:ids>", leaving.undo_later, name="undo_later"),
    path("inbox/<uuid:id>/send", answering.send, name="send"),
    path("inbox/<uuid:id>/template", answering.template_send, name="template_send"),
    path("inbox/<uuid:id>/replies", canned_choice.canned_search, name="canned_search"),
    path("inbox/<uuid:id>/replies/<int:reply>", canned_choice.canned_add, name="canned_add"),
    path("inbox/<uuid:id>/note", answering.note_add, name="note_add"),
    path("inbox/<uuid:id>/<uuid:message>/again", answering.send_again, name="send_again"),
]
