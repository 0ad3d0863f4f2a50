namespace Netcd.Client;

/// <summary>A key's value, to be compared; made by <see cref="Cmp"/>.</summary>
/// <example><code>Cmp.Value("key").EqualTo("value")</code></example>
public readonly struct CmpValue
{
    private readonly EtcdBytes _key;

    internal CmpValue(EtcdBytes key) => _key = key;

    /// <summary>The value is this one.</summary>
    public Compare EqualTo(EtcdBytes value) => Make(Compare.Types.CompareResult.Equal, value);

    /// <summary>The value is another one.</summary>
    public Compare NotEqualTo(EtcdBytes value) => Make(Compare.Types.CompareResult.NotEqual, value);

    /// <summary>The value is greater, byte by byte.</summary>
    public Compare GreaterThan(EtcdBytes value) => Make(Compare.Types.CompareResult.Greater, value);

    /// <summary>The value is less, byte by byte.</summary>
    public Compare LessThan(EtcdBytes value) => Make(Compare.Types.CompareResult.Less, value);

    /// <summary>The comparison by name.</summary>
    public Compare Make(Compare.Types.CompareResult result, EtcdBytes value) =>
        new()
        {
            Key = _key.Bytes, Target = Compare.Types.CompareTarget.Value, Result = result, Value = value.Bytes,
        };
}
