using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

public sealed class UnsignedValue(ulong initial) : FlagValue
{
    public ulong Value { get; private set; } = initial;

    public override string TypeName => "uint64";

    public override string Text => Value.ToString();

    public override bool TrySet(string text, out string error)
    {
        if (!GoNumber.TryParseUInt64(text, 0, out var value, out error))
        {
            return false;
        }

        Value = value;
        return true;
    }
}
