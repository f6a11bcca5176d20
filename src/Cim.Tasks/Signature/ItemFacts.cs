using Cim.Compiler.Data;
using Cim.Compiler.Options;
using Cim.Generators.Signature;
using Cim.Runtime;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks.Signature;

/// <summary>What an item says of its model that the class is documented with: preprocessing, and the names of the classes.</summary>
internal static class ItemFacts
{
    private static readonly string[] _preprocessing = ["Scale", "Mean", "Std"];

    /// <summary>The facts, a keyword of the signature file and a text each; null if the labels are wrong, which is then logged.</summary>
    public static IReadOnlyList<(string Keyword, string Text)>? Of(
        ITaskItem item, string projectDirectory, OnnxSignature signature, TaskLoggingHelper log)
    {
        List<(string, string)> facts = [];
        foreach (string name in _preprocessing)
            if (item.GetMetadata(name).Trim() is { Length: > 0 } value) facts.Add((name.ToLowerInvariant(), value));
        if (Sizes(item.GetMetadata("Dims")) is { } sizes) facts.Add(("sizes", sizes));
        if (item.GetMetadata("Labels").Trim() is not { Length: > 0 } path) return facts;

        path = Path.GetFullPath(Path.Combine(projectDirectory, path));
        if (FileCheck.ProblemOf(path) is { } unreadable)
        {
            log.Fail(ErrorCodes.FileNotReadable, item, $"The file '{path}' of Labels {unreadable}.");
            return null;
        }
        (string[] labels, int line, string? problem) = LabelText.Parse(File.ReadAllText(path));
        // What the model leaves open, or the compiler may change, is for the compiler to compare.
        if (problem is null && signature.Outputs.All(IsKnown)) (line, problem) = LabelText.Check(labels.Length, [.. Scores(signature)]);
        if (problem is not null)
        {
            log.LogError(null, ErrorCodes.InvalidClassNames, helpKeyword: null, path, line, 1, 0, 0, "{0}", problem);
            return null;
        }
        facts.AddRange(labels.Select(label => ("label", label)));
        return facts;
    }

    /// <summary>The metadata <c>Dims</c> if it has several sizes.</summary>
    private static string? Sizes(string dims) =>
        dims.IndexOf('|') < 0 ? null : string.Join("; ", OptionCheck.Pieces(dims).Select(piece => piece.Replace("|", ", ")));

    private static bool IsKnown(OnnxValue output) => output.Dimensions is { Count: > 0 } dimensions && (dimensions[0] is null or 1)
        && dimensions.Skip(1).All(d => d is not null);

    private static IEnumerable<(string Name, int Classes)> Scores(OnnxSignature signature) =>
        from output in signature.Outputs
        let classes = ScoreVector.Classes(SignatureFile.ElementType(output), [.. output.Dimensions!.Select(d => d ?? -1)])
        where classes > 0
        select (output.Name, classes);
}
