"""Any filter at all is answered or refused with a sentence, on either database."""

import pytest
from hypothesis import example
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import select

from models.core.search import filter_nodes, filter_sql
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.models.marks import tried

pytestmark = pytest.mark.dialect

LEAVES = st.one_of(
    st.builds(filter_nodes.Word, st.text(min_size=1, max_size=8)),
    st.builds(
        filter_nodes.Term,
        st.sampled_from(
            [
                "stage",
                "amount",
                "close_date",
                "customer",
                "owner",
                "name",
                "created",
                "is",
                "nonsense",
            ]
        ),
        st.sampled_from(["=", "!=", ">", ">=", "<", "<=", "~"]),
        st.one_of(
            st.sampled_from(["won", "10k", "eom", "CU-1", "me", "empty", "open", "fri 9:00"]),
            st.text(max_size=8),
        ),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(filter_nodes.Not, parts),
        st.builds(filter_nodes.And, st.lists(parts, max_size=3).map(tuple)),
        st.builds(filter_nodes.Or, st.lists(parts, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


@example(filter_nodes.Term("amount", ">", ""))
@tried(60)
@for_all(TREES)
def test_any_tree_is_answered_or_refused_with_a_sentence(
    works: UnitOfWorkFactory, tree: filter_nodes.Node
) -> None:
    with works("T1", "U_RITA", writes=False) as work:
        told = ""
        try:
            found = filter_sql.condition(tree, Opportunity, work)
            work.session.scalars(select(Opportunity.id).where(found).limit(1)).all()
        except ValueError as error:
            told = str(error)
            found = None
    assert (found is None) == bool(told)
