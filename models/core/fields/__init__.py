"""What a field is, and the kinds there are; `field` declares one on an entity."""

from models.core.fields.choices import (
    Choice as Choice,
)
from models.core.fields.choices import (
    Listed as Listed,
)
from models.core.fields.kinds import (
    Clock as Clock,
)
from models.core.fields.kinds import (
    Country as Country,
)
from models.core.fields.kinds import (
    Currency as Currency,
)
from models.core.fields.kinds import (
    Day as Day,
)
from models.core.fields.kinds import (
    Decimal as Decimal,
)
from models.core.fields.kinds import (
    Domain as Domain,
)
from models.core.fields.kinds import (
    Email as Email,
)
from models.core.fields.kinds import (
    Flag as Flag,
)
from models.core.fields.kinds import (
    Joined as Joined,
)
from models.core.fields.kinds import (
    Link as Link,
)
from models.core.fields.kinds import (
    LongText as LongText,
)
from models.core.fields.kinds import (
    Match as Match,
)
from models.core.fields.kinds import (
    Moment as Moment,
)
from models.core.fields.kinds import (
    Money as Money,
)
from models.core.fields.kinds import (
    Number as Number,
)
from models.core.fields.kinds import (
    Percent as Percent,
)
from models.core.fields.kinds import (
    Person as Person,
)
from models.core.fields.kinds import (
    Phone as Phone,
)
from models.core.fields.kinds import (
    Reference as Reference,
)
from models.core.fields.kinds import (
    Tags as Tags,
)
from models.core.fields.kinds import (
    Text as Text,
)
from models.core.fields.kinds import (
    Zone as Zone,
)
from models.core.fields.kinds import (
    field as field,
)
from models.core.fields.lines import Lines as Lines
from models.core.fields.references import References as References
from models.core.fields.whole import Whole as Whole
