using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

public sealed class BoolValue(bool initial) : FlagValue
{
    public bool Value { get; private set; } = initial;

    public override string TypeName => "bool";

    public override string Text => Value ? "true" : "false";

    public override string ImpliedText => "true";

    public override bool TrySet(string text, out string error)
    {
        error = $"strconv.ParseBool: parsing {GoText.Quote(text)}: invalid syntax";
        if (!GoBool.TryParse(text, out var value))
        {
            return false;
        }

        Value = value;
        return true;
    }
}
