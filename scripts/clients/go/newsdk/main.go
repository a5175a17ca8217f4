// The SDK alibabacloud-go/vpc-20160428 by its own client and models. CBN is called by the client that all SDKs of this
// generation are made of: its own module is not served everywhere.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	vpc "github.com/alibabacloud-go/vpc-20160428/v6/client"
	"github.com/aliyun/credentials-go/credentials"

	"clients/stdin"
)

func config() *openapiutil.Config {
	config := &openapiutil.Config{
		Endpoint: tea.String(os.Getenv("EMULATOR_HOST")),
		Protocol: tea.String(os.Getenv("EMULATOR_PROTOCOL")),
		RegionId: tea.String("cn-hangzhou"),
	}
	role := os.Getenv("EMULATOR_ROLE")
	if role == "" {
		config.AccessKeyId = tea.String(os.Getenv("EMULATOR_KEY"))
		config.AccessKeySecret = tea.String(os.Getenv("EMULATOR_SECRET"))
		return config
	}
	// The library asks STS by HTTPS, whatever else is set.
	credential, err := credentials.NewCredential(new(credentials.Config).
		SetType("ram_role_arn").
		SetAccessKeyId(os.Getenv("EMULATOR_KEY")).
		SetAccessKeySecret(os.Getenv("EMULATOR_SECRET")).
		SetRoleArn(role).
		SetRoleSessionName("clients").
		SetSTSEndpoint(os.Getenv("EMULATOR_HOST")))
	if err != nil {
		panic(err)
	}
	config.Credential = credential
	return config
}

// The method of the SDK's client that is named like the action, with a request of its own type.
func callVpc(client *vpc.Client, action string, params map[string]any) (map[string]any, error) {
	method := reflect.ValueOf(client).MethodByName(action)
	if !method.IsValid() {
		return nil, errors.New("the SDK has no " + action)
	}
	request := reflect.New(method.Type().In(0).Elem())
	text, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, request.Interface()); err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return tea.ToMap(results[0].Elem().FieldByName("Body").Interface()), nil
}

func callCbn(client *openapi.Client, action string, params map[string]any) (map[string]any, error) {
	query := map[string]*string{}
	for name, value := range openapiutil.Query(params) {
		query[name] = value
	}
	reply, err := client.CallApi(
		&openapiutil.Params{
			Action: tea.String(action), Version: tea.String("2017-09-12"), Protocol: tea.String(os.Getenv("EMULATOR_PROTOCOL")),
			Pathname: tea.String("/"), Method: tea.String("POST"), AuthType: tea.String("AK"), Style: tea.String("RPC"),
			ReqBodyType: tea.String("formData"), BodyType: tea.String("json"),
		},
		&openapiutil.OpenApiRequest{Query: query},
		&dara.RuntimeOptions{},
	)
	if err != nil {
		return nil, err
	}
	body, _ := reply["body"].(map[string]any)
	return body, nil
}

// The code in an error of the SDK; there is none when the client itself failed.
func codeOf(err error) string {
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		return tea.StringValue(refused.Code)
	}
	var response dara.ResponseError
	if errors.As(err, &response) {
		return tea.StringValue(response.GetCode())
	}
	return ""
}

func main() {
	vpcClient, err := vpc.NewClient(config())
	if err != nil {
		panic(err)
	}
	cbnClient, err := openapi.NewClient(config())
	if err != nil {
		panic(err)
	}
	stdin.Serve(func(service, action string, params map[string]any) (map[string]any, error) {
		if service == "vpc" {
			return callVpc(vpcClient, action, params)
		}
		return callCbn(cbnClient, action, params)
	}, codeOf)
}
