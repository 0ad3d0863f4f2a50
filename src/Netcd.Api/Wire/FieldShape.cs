namespace Netcd.Api.Wire;

/// <summary>One field of a <see cref="MessageShape"/>.</summary>
/// <param name="Number">Its field number.</param>
/// <param name="GoName">Its name in Go's generated struct, which error texts use.</param>
/// <param name="Kind">What is expected on the wire.</param>
/// <param name="Inner">The shape of a message field; null for other fields.</param>
internal sealed record FieldShape(int Number, string GoName, FieldKind Kind, MessageShape? Inner = null);
