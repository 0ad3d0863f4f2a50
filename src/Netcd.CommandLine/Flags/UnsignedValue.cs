using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

/// <param name="initial">The default.</param>
/// <param name="typeName">Go's name of the type.</param>
/// <param name="largest">The largest value that the type holds.</param>
public sealed class UnsignedValue(ulong initial, string typeName = "uint64", ulong largest = ulong.MaxValue) : FlagValue
{
    public ulong Value { get; private set; } = initial;

    public override string TypeName => typeName;

    public override string Text => Value.ToString();

    public override bool TrySet(string text, out string error)
    {
        if (!GoNumber.TryParseUInt64(text, 0, out var value, out error))
        {
            return false;
        }

        if (value > largest)
        {
            error = GoNumber.OutOfRangeError("ParseUint", text);
            return false;
        }

        Value = value;
        return true;
    }
}
