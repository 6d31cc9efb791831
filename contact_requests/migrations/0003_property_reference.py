import contact_requests.models.property
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('contact_requests', '0002_search_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='PropertyNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('portal', models.CharField(blank=True, help_text='Such as portal.example.', max_length=100, verbose_name='portal')),
                ('number', models.CharField(max_length=100, validators=[contact_requests.models.property.validate_reference], verbose_name='number')),
                ('key', models.CharField(editable=False, max_length=100)),
            ],
            options={
                'verbose_name': 'portal number',
                'verbose_name_plural': 'portal numbers',
                'ordering': ['portal', 'number', 'id'],
            },
        ),
        migrations.AddField(
            model_name='property',
            name='reference',
            field=models.CharField(blank=True, db_default='', default='', help_text="The office's own, by which e-mails and programs name the property.", max_length=100, validators=[contact_requests.models.property.validate_reference], verbose_name='reference'),
        ),
        migrations.AddField(
            model_name='property',
            name='reference_key',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=100),
        ),
        migrations.AddConstraint(
            model_name='property',
            constraint=models.UniqueConstraint(condition=models.Q(('reference_key', ''), _negated=True), fields=('pro', 'reference_key'), name='property_reference_unique'),
        ),
        migrations.AddField(
            model_name='propertynumber',
            name='pro',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro'),
        ),
        migrations.AddField(
            model_name='propertynumber',
            name='property',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='contact_requests.property', verbose_name='property'),
        ),
        migrations.AddConstraint(
            model_name='propertynumber',
            constraint=models.UniqueConstraint(fields=('pro', 'key'), name='property_number_unique'),
        ),
    ]
