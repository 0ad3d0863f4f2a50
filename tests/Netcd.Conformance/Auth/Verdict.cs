namespace Netcd.Conformance.Auth;

/// <summary>What a call came to.</summary>
/// <param name="Text"><c>OK</c> with what shows that it counted, or code and text.</param>
/// <param name="IsSure">
/// False if it was asked again for want of an answer: the first may have been carried out, so that a repetition is told
/// something else.
/// </param>
internal readonly record struct Verdict(string Text, bool IsSure);
