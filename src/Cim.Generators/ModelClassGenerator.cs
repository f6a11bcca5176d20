using System.Text;
using Cim.Generators.Diagnostics;
using Cim.Generators.Emit;
using Cim.Generators.Signature;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Cim.Generators;

/// <summary>
/// Makes the typed class of every <c>CimModel</c> item from its signature file. Reads nothing else: weights and figures come
/// from the embedded model at run time, so the class is there before the model is compiled, and stays the same after.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelClassGenerator : IIncrementalGenerator
{
    /// <summary>The step that ends with one <see cref="ModelClass"/> for each model.</summary>
    internal const string ModelClassStep = "CimModelClass";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ModelClass> models = context.AdditionalTextsProvider
            .Where(static text => text.Path.EndsWith(".cimsig", StringComparison.OrdinalIgnoreCase))
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => ModelClass.From(pair.Left, pair.Right, cancellation))
            .Where(static model => model is not null)
            .Select(static (model, _) => model!)
            .WithTrackingName(ModelClassStep);

        context.RegisterSourceOutput(models, static (output, model) =>
        {
            if (model.Signature is null)
            {
                output.ReportDiagnostic(
                    Diagnostic.Create(DiagnosticDescriptors.InvalidSignature, Location.None, model.Path, model.Problem));
                return;
            }
            ClassNames names = ClassNames.For(model);
            output.AddSource(names.HintName, SourceText.From(ClassWriter.Write(model, names), Encoding.UTF8));
        });
    }
}
