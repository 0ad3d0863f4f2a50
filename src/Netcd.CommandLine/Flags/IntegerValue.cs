using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

/// <param name="initial">The default.</param>
/// <param name="typeName">Go's int and int64 differ in nothing but the name.</param>
public sealed class IntegerValue(long initial, string typeName) : FlagValue
{
    public long Value { get; private set; } = initial;

    public override string TypeName => typeName;

    public override string Text => Value.ToString();

    public override bool TrySet(string text, out string error)
    {
        if (!GoNumber.TryParseInt64(text, 0, out var value, out error))
        {
            return false;
        }

        Value = value;
        return true;
    }
}
