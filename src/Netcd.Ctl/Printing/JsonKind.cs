namespace Netcd.Ctl.Printing;

/// <summary>How the value of a field is written.</summary>
internal enum JsonKind
{
    Number,
    Signed,
    Bool,
    Bytes,
    Text,
    Texts,
    One,
    Many,

    /// <summary>A list of transaction answers: each is wrapped in an object with the one member Response.</summary>
    Responses,
}
