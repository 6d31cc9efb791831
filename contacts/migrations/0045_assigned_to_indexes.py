from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # The indexes are made while others write.
    atomic = False

    dependencies = [
        ('contacts', '0044_assigned_to'),
    ]

    operations = [
        AddIndexOnline(
            model_name='contact',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to'], name='contact_assigned_to'),
        ),
        AddIndexOnline(
            model_name='waitingitem',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True), ('assigned_to__isnull', False)), fields=['pro', 'assigned_to', '-is_returned', 'since', 'id', 'contact'], name='waiting_of_assignee'),
        ),
        AddIndexOnline(
            model_name='waitingitem',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True), ('assigned_to__isnull', True)), fields=['pro', '-is_returned', 'since', 'id', 'contact'], name='waiting_of_nobody'),
        ),
    ]
