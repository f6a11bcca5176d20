using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cim.Cli.Invocation;
using Cim.Training.Recipes;

namespace Cim.Cli.Commands.Schemas;

/// <summary><c>cim schema</c>: the JSON schemas of the files people write, by which editors complete and check them.</summary>
internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions _format = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n",
    };

    private static readonly Argument<string> _kind = Kind();

    /// <summary>The kinds, in the order of the documentation.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["profile", "recipe", "policy"];

    public static Command Create() =>
        new Command("schema", "Prints the JSON schema of a hardware profile, a training recipe or a policy.") { _kind }
            .Does((parsed, context) =>
            {
                string text = TextOf(parsed.GetRequiredValue(_kind));
                context.WriteResult(
                    json =>
                    {
                        json.WritePropertyName("document");
                        json.WriteRawValue(text);
                    },
                    console => console.Profile.Out.Writer.Write(text));
            });

    /// <summary>The schema as it is published, with line feeds.</summary>
    public static string TextOf(string kind) => (kind switch
    {
        "profile" => ProfileSchema.Create(),
        "recipe" => RecipeSchema.Create(),
        _ => PolicySchema.Create(),
    }).ToJsonString(_format) + "\n";

    private static Argument<string> Kind()
    {
        var kind = new Argument<string>("kind") { Description = "profile, recipe or policy." };
        kind.AcceptOnlyFromAmong("profile", "recipe", "policy");
        return kind;
    }
}
