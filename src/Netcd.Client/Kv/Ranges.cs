namespace Netcd.Client;

/// <summary>The range that a key and the three ways of saying "more than one" make together.</summary>
internal static class Ranges
{
    public static KeyRange Of(EtcdBytes key, bool isPrefix, bool isFromKey, EtcdBytes end)
    {
        var ways = (isPrefix ? 1 : 0) + (isFromKey ? 1 : 0) + (end.IsEmpty ? 0 : 1);
        if (ways > 1)
        {
            throw new ArgumentException(
                "a prefix, \"from this key\" and a range's end exclude each other", nameof(isPrefix));
        }

        return isPrefix ? KeyRange.Prefix(key)
            : isFromKey ? KeyRange.From(key)
            : new KeyRange(key, end);
    }
}
