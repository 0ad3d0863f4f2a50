namespace Netcd.CommandLine.Flags;

public sealed class StringValue(string initial) : FlagValue
{
    private string _value = initial;

    public override string TypeName => "string";

    public override string Text => _value;

    public override bool TrySet(string text, out string error)
    {
        _value = text;
        error = "";
        return true;
    }
}
