using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cim.Generators.Tests;

/// <summary>What is generated anew after an edit, and what is served from before.</summary>
public class IncrementalGenerationTests
{
    [Fact]
    public void An_edit_elsewhere_in_the_project_leaves_everything_cached()
    {
        CSharpCompilation before = Generated.Compilation("class A;");
        GeneratorDriver driver = Generated.Driver(Generated.Signature(Generated.Fashion)).RunGenerators(before);
        CSharpCompilation after = before.AddSyntaxTrees(
            CSharpSyntaxTree.ParseText("class B;", CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp12)));

        GeneratorRunResult result = Assert.Single(driver.RunGenerators(after).GetRunResult().Results);

        Assert.All(Reasons(result, ModelClassGenerator.ModelClassStep),
            r => Assert.Contains(r, new[] { IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged }));
        Assert.All(result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs),
            o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
    }

    [Fact]
    public void A_rewritten_signature_with_the_same_content_generates_nothing_anew()
    {
        SignatureText first = Generated.Signature(Generated.Fashion);
        GeneratorDriver driver = Generated.Driver(first).RunGenerators(Generated.Compilation());
        // The same text in a new file object, as after a touch; options are found by the old object, so both are known.
        SignatureText second = Generated.Signature(Generated.Fashion);
        driver = driver.ReplaceAdditionalText(first, second).WithUpdatedAnalyzerConfigOptions(Generated.OptionsFor(second));

        GeneratorRunResult result = Assert.Single(driver.RunGenerators(Generated.Compilation()).GetRunResult().Results);

        Assert.All(result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs),
            o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step)
    {
        ImmutableArray<IncrementalGeneratorRunStep> steps = result.TrackedSteps[step];
        return steps.SelectMany(s => s.Outputs).Select(o => o.Reason);
    }
}
