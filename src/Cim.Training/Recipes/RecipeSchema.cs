using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Cim.Training.Recipes;

/// <summary>The JSON schema (2020-12) of a training recipe, made from the types it is read into.</summary>
public static class RecipeSchema
{
    /// <summary>The schema.</summary>
    public static JsonObject Create()
    {
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
        var body = (JsonObject)RecipeJson.Default.TrainingRecipe.GetJsonSchemaAsNode(options);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Training recipe (cim train)",
        };
        foreach ((string key, JsonNode? value) in body.ToArray())
        {
            body.Remove(key);
            schema[key] = value;
        }

        return schema;
    }

    /// <summary>Whole numbers are read by converters of our own, of which the exporter knows nothing; and unknown keys are
    /// errors.</summary>
    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        Type type = context.TypeInfo.Type;
        if (type == typeof(int) || type == typeof(long)) return new JsonObject { ["type"] = "integer" };
        if (node is JsonObject schema && schema.ContainsKey("properties")) schema["additionalProperties"] = false;
        return node;
    }
}
