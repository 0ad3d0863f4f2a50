namespace Netcd.Base.GoSyntax;

/// <summary>Booleans as Go's strconv.ParseBool reads them.</summary>
public static class GoBool
{
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
