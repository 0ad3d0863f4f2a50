namespace Netcd.Api.Wire;

/// <summary>What <see cref="WireCheck"/> needs to know of a message type. Built once, at start.</summary>
internal sealed class MessageShape
{
    private FieldShape?[] _fields;

    public MessageShape(string name, params FieldShape[] fields)
    {
        Name = name;
        var last = 0;
        foreach (var field in fields)
        {
            last = Math.Max(last, field.Number);
        }

        _fields = new FieldShape?[last + 1];
        foreach (var field in fields)
        {
            _fields[field.Number] = field;
        }
    }

    /// <summary>The message's name without its package, as error texts show it.</summary>
    public string Name { get; }

    /// <summary>Null for a number that is not a field of the message.</summary>
    public FieldShape? Find(int number) => (uint)number < (uint)_fields.Length ? _fields[number] : null;

    /// <summary>Adds a field whose shape could not be known before this one (messages that hold each other).</summary>
    public void Complete(FieldShape field)
    {
        if (field.Number >= _fields.Length)
        {
            Array.Resize(ref _fields, field.Number + 1);
        }

        _fields[field.Number] = field;
    }
}
