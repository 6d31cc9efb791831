from django import template

from ..amounts import money

register = template.Library()
register.filter("money", money)
