using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

public sealed class DurationValue(TimeSpan initial) : FlagValue
{
    public TimeSpan Value { get; private set; } = initial;

    public override string TypeName => "duration";

    public override string Text => GoDuration.Format(Value);

    public override bool TrySet(string text, out string error)
    {
        if (!GoDuration.TryParse(text, out var value))
        {
            error = GoDuration.Error(text);
            return false;
        }

        Value = value;
        error = "";
        return true;
    }
}
